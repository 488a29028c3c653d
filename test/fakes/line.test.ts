import { lineContract } from '../contract/line.ts';
import { ScriptedLine } from './line.ts';

lineContract('the scripted line', async () => {
  const line = new ScriptedLine();
  line.broken.add('missing');
  await line.answer();
  return {
    line,
    callerKeys: async (keys) => line.key(keys),
    callerHangsUp: () => void line.hangUp(),
    sound: (seconds) => ({ paths: ['sound'], length: seconds }),
    missing: { paths: ['missing'], length: 1 },
    end: () => line.hangUp(),
  };
});
