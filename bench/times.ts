/** How long the work took. ms */
export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The same, one after the other. */
export async function several(
  times: number,
  work: (n: number) => Promise<unknown>,
): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < times; n++) all.push(await milliseconds(() => work(n)));
  return all;
}
