import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/**
 * Ends the run with one line that counts: `N passed, N failed`, and what was
 * skipped where something was, with its names and the kernel's reason before it;
 * before that whoever failed or needed a second try, a few lines each: a log is cut at its beginning.
 */
export default class CountingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const { passed, failed, broken, skipped, late } = counted(modules);
    const faults = failed.length + broken + errors.length;
    const lines = [
      ...(failed.length > 0 ? ['', 'Failed:', ...failed.flatMap(firstFault)] : []),
      ...(late.length > 0 ? ['', 'Needed a second try:', ...late.flatMap(firstFault)] : []),
      ...(skipped.length > 0 ? ['', 'Not run:', ...named(skipped), ...reasons()] : []),
      `${passed} passed, ${faults} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
    ];
    // at the very end, after whatever else has something to say
    process.once('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  }
}

function counted(modules: readonly TestModule[]): {
  passed: number;
  failed: TestCase[];
  /** Files and groups. */
  broken: number;
  skipped: TestCase[];
  late: TestCase[];
} {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const inState = (state: string): TestCase[] =>
    tests.filter((test) => test.result().state === state);
  // a file or a group that fails before its tests run has none that could say so
  const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  const broken = groups.filter((group) => group.errors().length > 0).length;
  return {
    passed: inState('passed').length,
    failed: [...inState('failed'), ...inState('pending')],
    broken,
    skipped: inState('skipped'),
    late: tests.filter((test) => test.diagnostic()?.flaky === true),
  };
}

/** Of whoever failed, and of whoever passed only at the second try: to be mended, not to be borne. */
function firstFault(test: TestCase): string[] {
  const [error] = test.result().errors ?? [];
  return [
    `  ${test.module.relativeModuleId}: ${test.fullName}`,
    ...(error ? [`    ${error.message.split('\n')[0]}`, `    ${whereOf(error.stack)}`] : []),
  ];
}

function whereOf(stack = ''): string {
  return (
    stack
      .split('\n')
      .find((line) => line.includes('/test/'))
      ?.trim() ?? ''
  );
}

function named(tests: readonly TestCase[]): string[] {
  return tests.map((test) => {
    const result = test.result();
    const note = result.state === 'skipped' && result.note ? ` (${result.note})` : '';
    return `  ${test.module.relativeModuleId}: ${test.fullName}${note}`;
  });
}

/** What set-up found that the kernel refuses. */
function reasons(): string[] {
  try {
    const file = resolve(import.meta.dirname, '../.state/machine.json');
    const machine = JSON.parse(readFileSync(file, 'utf8')) as {
      abilities: { why: Record<string, string> };
    };
    return Object.entries(machine.abilities.why).map(([what, why]) => `because: ${what}: ${why}`);
  } catch {
    return []; // vitest was started by hand
  }
}
