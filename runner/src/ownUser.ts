/**
 * User and group of this process. Unlike `os.userInfo()` this needs no entry in /etc/passwd, which a runner in a
 * container of its own may not have.
 */
export function ownUser(): { readonly uid: number; readonly gid: number } {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  if (uid === undefined || gid === undefined)
    throw new Error('A runner needs a system that has users, such as Linux.');
  return { uid, gid };
}
