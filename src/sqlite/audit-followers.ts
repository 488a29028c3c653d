/** Those who want to know that the record goes on. */
export interface AuditFollowers {
  /** Tells them when the work under way is done: a transaction is synchronous, so it has ended by then. */
  rowsComing(): void;
  watch(listener: () => void): () => void;
}

export function createAuditFollowers(): AuditFollowers {
  // not the functions themselves: one that was given twice is told twice, and ended one by one
  const followers = new Set<{ readonly told: () => void }>();
  let coming = false;

  function tell(): void {
    coming = false;
    for (const { told } of [...followers]) {
      try {
        told();
      } catch {
        // the row is written, and whoever wrote it has nothing to do with this
      }
    }
  }

  return {
    rowsComing() {
      if (coming || followers.size === 0) return;
      coming = true;
      queueMicrotask(tell);
    },
    watch(listener) {
      const follower = { told: listener };
      followers.add(follower);
      return () => void followers.delete(follower);
    },
  };
}
