'use strict';

const http = require('node:http');
const https = require('node:https');

/** Waiting for a socket, connecting, sending and receiving together, in ms. */
const timeLimit = 5000;

// Above Asterisk's sessionlimit (100 as shipped) requests would be dropped
// without an answer; 32 keep it busy and leave room for others.
const agents = {
  'http:': new http.Agent({ keepAlive: true, maxSockets: 32 }),
  'https:': new https.Agent({ keepAlive: true, maxSockets: 32 }),
};

/**
 * A function that makes one request and always settles within the time limit:
 * resolves to `{ status, data }` for 2xx, rejects with an Error otherwise, which
 * carries `status` if there was an answer.
 */
function transportFor({ username, password }) {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

  return async function transport(method, url, body) {
    const deadline = Date.now() + timeLimit;
    try {
      return await once(method, url, body, authorization, deadline, agents[url.protocol]);
    } catch (error) {
      // an idle connection that Asterisk closed in this very moment: it has not
      // read the request, so asking again cannot do it twice. Not on another idle
      // one: Asterisk closes those that were opened together together
      if (!error.staleConnection) throw error;
      return once(method, url, body, authorization, deadline, false);
    }
  };
}

function once(method, url, body, authorization, deadline, agent) {
  return new Promise((resolve, reject) => {
    const headers = { authorization };
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(body);
    }
    const { request } = url.protocol === 'https:' ? https : http;
    const asked = request(url, { method, headers, agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        const { statusCode: status } = response;
        const data = Buffer.concat(chunks);
        if (status >= 200 && status < 300) resolve({ status, data });
        else reject(refusal(method, url, status, data));
      });
      response.on('close', () => fail(new Error('the connection was cut')));
    });
    const timer = setTimeout(() => {
      const late = new Error(`no answer from Asterisk to ${method} ${url.pathname} in time`);
      asked.destroy(Object.assign(late, { code: 'ETIMEDOUT' }));
      reject(late);
    }, deadline - Date.now());
    asked.on('error', (error) => {
      error.staleConnection = asked.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code);
      fail(error);
    });
    asked.end(body);

    function fail(error) {
      clearTimeout(timer);
      reject(error);
    }
  });
}

/** Only the path is named: the query may hold what is nobody else's business. */
function refusal(method, url, status, data) {
  let reason = '';
  try {
    reason = String(JSON.parse(data.toString('utf8')).message ?? '');
  } catch {
    // no JSON: the status has to do
  }
  const text = `Asterisk answered ${status} to ${method} ${url.pathname}`;
  return Object.assign(new Error(reason === '' ? text : `${text}: ${reason}`), { status });
}

module.exports = { transportFor };
