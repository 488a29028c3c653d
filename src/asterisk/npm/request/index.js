'use strict';

/**
 * ari-client calls `request` only to see whether the host can be reached, and
 * then fetches the same address through swagger-client, which reports every
 * failure by itself. So nothing is fetched here, and the callback is called
 * before this returns: the swagger-client stand-in relies on that (see there).
 */
module.exports = function request(url, callback) {
  callback(null);
};
