import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** A certificate with its key, as files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Names of the files, without their ends. */
  readonly file: string;
  /** Whom it names, e.g. `DNS:localhost` or `IP:127.0.0.1`; nobody when it is an authority's. */
  readonly names: string;
  /** Who signs it; itself unless told otherwise. */
  readonly authority?: Certificate;
  /** Whether its time is over. */
  readonly expired?: boolean;
  /** What it may be used for; servers unless told otherwise. */
  readonly usage?: string;
}

/** Makes certificates by openssl in a folder. */
export function certificateMaker(folder: string): (options: CertificateOptions) => Promise<Certificate> {
  return async ({ file, names, authority, expired = false, usage = 'serverAuth' }) => {
    const made = { certificate: join(folder, `${file}.pem`), key: join(folder, `${file}.key`) };
    const request = join(folder, `${file}.csr`);
    const extensions = join(folder, `${file}.extensions`);
    await execa('openssl', [
      ...'req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'.split(' '),
      '-subj',
      `/CN=${file}`,
      '-keyout',
      made.key,
      '-out',
      request,
    ]);
    const isAuthority = names === '';
    await writeFile(
      extensions,
      isAuthority
        ? 'basicConstraints=critical,CA:true\nkeyUsage=keyCertSign,cRLSign\n'
        : `subjectAltName=${names}\nextendedKeyUsage=${usage}\n`,
    );
    await execa('openssl', [
      'x509',
      '-req',
      '-in',
      request,
      '-out',
      made.certificate,
      '-extfile',
      extensions,
      ...(authority === undefined
        ? ['-signkey', made.key]
        : ['-CA', authority.certificate, '-CAkey', authority.key, '-CAcreateserial']),
      '-days',
      expired ? '-1' : '2',
    ]);
    return made;
  };
}
