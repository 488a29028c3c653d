'use strict';

/*
 * The slice of swagger-client 2.0 that ari-client uses: fetch Asterisk's API
 * description (Swagger 1.1) and build one function for each operation. What the
 * original lacks and this has: a time limit on each request, a cap on sockets,
 * https, several servers at once, failures handed over and never thrown.
 */

const { transportFor } = require('./transport.js');
const { buildApi } = require('./operations.js');

// called with `new`
function PasswordAuthorization(host, username, password) {
  return { host, username, password };
}

// ari-client hands over the password through this global and makes the
// SwaggerApi in the same tick (our `request` calls back at once), so the last
// one added is always the right one, for any number of servers. It is taken
// away at once: nothing stays.
let added;

const authorizations = {
  add(name, authorization) {
    added = authorization;
  },
};

class SwaggerApi {
  /** @param {{ url: string, success: () => void, failure: (error: Error) => void }} options */
  constructor({ url, success, failure }) {
    const authorization = added;
    added = undefined;
    this.ready = false;
    this.apis = {};
    this.load(url, authorization)
      .then(() => {
        this.ready = true;
        success();
      })
      .catch(failure);
  }

  async load(url, authorization) {
    if (authorization === undefined || authorization.host !== new URL(url).hostname) {
      throw new Error('swagger-client stand-in: no password was given for this address');
    }
    const transport = transportFor(authorization);
    const folder = new URL('.', url); // …/ari/api-docs/
    const listing = await describe(transport, new URL(url));
    await Promise.all(
      listing.apis.map(async ({ path }) => {
        const file = path.replace('{format}', 'json').replace(/^\/api-docs\//, '');
        const declaration = await describe(transport, new URL(file, folder));
        // basePath in the declaration says http and Asterisk's own idea of its
        // name; the address that answered us is the one to go on with
        const api = buildApi(declaration, new URL('..', folder), transport);
        this.apis[file.replace(/\.json$/, '')] = api;
      }),
    );
  }
}

async function describe(transport, url) {
  const { data } = await transport('GET', url);
  return JSON.parse(data.toString('utf8'));
}

module.exports = { SwaggerApi, PasswordAuthorization, authorizations };
