import { storesContract } from '../contract/stores.ts';
import { openStores } from './workshop.ts';

storesContract('SQLite', () => openStores());
