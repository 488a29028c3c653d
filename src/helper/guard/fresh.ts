import { kindOf, type AddressKind } from '../../firewall/wire-address.ts';
import { listSet } from '../nft/nft-list.ts';
import { addressOf, freshSet } from './sets.ts';

/** However many callers wait for their first packet, a list is made so often at most. Milliseconds. */
const keptFor = 250;

interface Look {
  readonly at: number;
  readonly packets: Promise<ReadonlyMap<string, number>>;
}

/** What has come from those who were let in lately. */
export class Fresh {
  readonly #nft: string;
  readonly #table: string;
  readonly #looks = new Map<AddressKind, Look>();

  constructor(nft: string, table: string) {
    this.#nft = nft;
    this.#table = table;
  }

  /** Packets since it was opened; undefined when that was too long ago, or is not known. */
  async packetsFrom(address: string): Promise<number | undefined> {
    const kind = kindOf(address);
    const last = this.#looks.get(kind);
    const look = last && performance.now() - last.at < keptFor ? last : this.#look(kind);
    return (await look.packets).get(address);
  }

  /** What was seen before is of another opening now. */
  changed(): void {
    this.#looks.clear();
  }

  #look(kind: AddressKind): Look {
    const look = { at: performance.now(), packets: this.#count(kind) };
    this.#looks.set(kind, look);
    return look;
  }

  async #count(kind: AddressKind): Promise<ReadonlyMap<string, number>> {
    const elements = await listSet(this.#nft, this.#table, freshSet(kind));
    return new Map(elements.map(({ key, packets }) => [addressOf(key, kind), packets]));
  }
}
