import { hasGitea } from '../support/gitea/giteaProgram.ts';
import { describeContract } from './describeContract.ts';
import { giteaKind } from './hosts/gitea.ts';

describeContract(giteaKind, hasGitea);
