/** The part of @msimerson/stun that is used here; the package brings no types. */
declare module '@msimerson/stun' {
  export interface StunResponse {
    getXorAddress(): { address: string; port: number } | undefined;
    getAddress(): { address: string; port: number } | undefined;
  }
  export interface RequestOptions {
    /** First wait for an answer, in milliseconds; doubles with each retry. */
    timeout?: number;
    retries?: number;
  }
  export function request(url: string, options?: RequestOptions): Promise<StunResponse>;
}
