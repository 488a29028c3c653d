export interface Removable {
  remove(): void | Promise<void>;
}

/** All of them, one after the other, though one cannot be removed. @throws what the first of those said */
export async function removeAll(things: readonly Removable[]): Promise<void> {
  const faults: unknown[] = [];
  for (const thing of things) {
    try {
      await thing.remove();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}
