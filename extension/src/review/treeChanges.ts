import type { ComparedAttempts } from '@flotilla/shared/views';
import type { Connection } from '../connection/connection.ts';

/** The files in which two trees of a repository differ, from the service. */
export async function treeChanges(
  connection: Connection,
  trees: { readonly repositoryId: number; readonly baseTree: string; readonly resultTree: string },
): Promise<ComparedAttempts> {
  const files = await connection.use((client) => client.repositories.compareTrees.query(trees));
  return { baseTree: trees.baseTree, resultTree: trees.resultTree, files };
}
