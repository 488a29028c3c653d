import { runProgram, type ProgramResult } from '../program.ts';
import { ownWork } from './own-work.ts';

export { bareEnvironment as nftEnvironment } from '../program.ts';

/** Runs nft once, see runProgram; anything but a list counts as work of our own. */
export async function runNft(...call: Parameters<typeof runProgram>): Promise<ProgramResult> {
  if (call[1].includes('list')) return runProgram(...call);
  const end = ownWork.begin();
  try {
    return await runProgram(...call);
  } finally {
    end();
  }
}
