export { bareEnvironment as nftEnvironment, runProgram as runNft } from '../program.ts';
