/**
 * What other programs say where they give no code: no other text of theirs decides anything here. They are not translated,
 * because `LC_ALL` is C in every program that we start; names of files and of images may stand beside them.
 */
export const programWords = {
  /**
   * A git to which memory was refused; its exit code is that of any fatal error. `Out of memory, … failed` of its wrapper.c,
   * strerror(ENOMEM), and what pack-objects, index-pack and grep say when a thread gets no stack.
   */
  gitOutOfMemory: /out of memory|cannot allocate memory|unable to create thread/i,

  /** `git add` at a repository without a commit inside of the work tree (index_path in its object-file.c); the path is quoted. */
  gitNestedRepository: /'(.+?)\/?' does not have a commit checked out/,

  /** chown and chmod at a path of more than 4,096 bytes: strerror(ENAMETOOLONG) of glibc and of musl. */
  nameTooLong: /(?:File name|Filename) too long$/,

  /**
   * A pull of an image that there is not, or not for this machine, once the engine has begun its answer: errors within it
   * have no code. Messages of the error codes of the OCI distribution specification, of moby's distribution and reference
   * packages, and of Go's net, crypto/x509 and net/http.
   */
  pullNeverWorks:
    /not found|(?:manifest|name) unknown|denied|unauthorized|authentication required|no basic auth|invalid reference|invalid tag|must be lowercase|no matching manifest|does not exist|no such host|certificate|HTTP response to HTTPS client|unsupported/i,

  /** A pull by an engine that cannot store it: strerror of ENOSPC, EDQUOT, EROFS and EIO, as Go says them. */
  pullUnstorable: /no space left on device|disk quota exceeded|read-only file system|input\/output error/i,
} as const satisfies Readonly<Record<string, RegExp>>;
