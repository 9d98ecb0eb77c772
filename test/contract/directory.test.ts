import { describeContract } from './describeContract.ts';
import { directoryKind } from './hosts/directory.ts';

describeContract(directoryKind);
