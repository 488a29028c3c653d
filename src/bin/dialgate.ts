#!/usr/bin/env node
import { run } from '../cli/program.ts';
import { openAudit } from './audit.ts';
import { openBackups } from './backup.ts';
import { checkConfig } from './check-config.ts';
import { readConfig } from './config.ts';
import { doctor } from './doctor.ts';
import { openGuard, sshConnection } from './guard.ts';
import { init } from './init.ts';
import { serve } from './serve.ts';
import { version } from './version.ts';
import { servedApi, withRest } from './with-rest.ts';

// who reads no further (`| head`) has seen enough
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await run(
  {
    version,
    init: async (request) => init(request),
    serve: (file) => serve(readConfig(file)),
    checkConfig,
    doctor,
    withRest,
    served: servedApi,
    audit: openAudit,
    backups: openBackups,
    guard: openGuard,
    sshConnection,
    print: (line) => void process.stdout.write(`${line}\n`),
  },
  process.argv.slice(2),
);
