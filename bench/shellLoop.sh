#!/bin/sh
# The rival: what a person would write. One repository: clone, container, diff.
#   shellLoop.sh PARALLEL REPOSITORIES_FOLDER OUT_FOLDER IMAGE SCRIPT MEMORY_BYTES CPUS PIDS
# The container has the hardening, limits and network that the runner gives its own.
set -eu
if [ "$1" = one ]; then
  repository=$2 out=$3 image=$4 script=$5 memory=$6 cpus=$7 pids=$8
  name=$(echo "$repository" | tr '/' '_')
  work="$out/$name.work"
  git clone --quiet --depth 1 "file://$repository" "$work"
  docker run --rm --init --network default --memory "$memory" --memory-swap "$memory" --cpus "$cpus" \
    --pids-limit "$pids" --security-opt no-new-privileges --ipc private \
    --cap-drop NET_RAW --cap-drop MKNOD --cap-drop AUDIT_WRITE --cap-drop SYS_CHROOT \
    --workdir /work --volume "$work:/work" --entrypoint sh "$image" -c "$script" >"$out/$name.log" 2>&1
  git -C "$work" add --all
  git -C "$work" diff --cached --binary --full-index >"$out/$name.patch"
  rm -rf "$work"
  exit 0
fi
parallel=$1 folder=$2
shift 2
find "$folder" -name '*.git' -type d -prune -print0 | sort -z |
  xargs -0 -P "$parallel" -I '{}' "$0" one '{}' "$@"
