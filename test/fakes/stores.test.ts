import { storesContract } from '../contract/stores.ts';
import { createMemoryStores } from './stores.ts';

storesContract('the store in memory', createMemoryStores);
