import { describeContract } from './describeContract.ts';
import { gitOverHttpKind } from './hosts/gitOverHttp.ts';

describeContract(gitOverHttpKind);
