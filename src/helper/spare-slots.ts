/**
 * The kernel's own cap on a set stands a little above the helper's: closing is
 * add-then-delete, which wants a slot, and ended elements keep theirs for a second.
 */
export const spareSlots = 64;
