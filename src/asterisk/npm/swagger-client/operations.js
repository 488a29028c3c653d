'use strict';

/**
 * One resource of the API description as ari-client wants it:
 * `api[nickname](parameters, success, failure)`, and beside that `operations`
 * and `models` to read.
 *
 * @param {object} declaration Swagger 1.1
 * @param {URL} base what the paths in it are relative to, with a slash at its end
 */
function buildApi(declaration, base, transport) {
  const api = { operations: {}, models: buildModels(declaration.models ?? {}) };
  for (const { path, operations } of declaration.apis) {
    for (const { nickname, httpMethod, responseClass, parameters = [] } of operations) {
      const type = responseClass === 'void' ? null : responseClass;
      api.operations[nickname] = { nickname, type, parameters };
      if (httpMethod.toUpperCase() === 'GET' && path === '/events') continue; // the websocket
      api[nickname] = async (given, success, failure) => {
        // a missing parameter, and a fault in `success`, reach `failure` too
        try {
          const url = urlOf(base, path, parameters, given);
          success(await transport(httpMethod.toUpperCase(), url, given.body));
        } catch (error) {
          failure(error);
        }
      };
    }
  }
  return api;
}

function urlOf(base, path, parameters, given) {
  const query = new URLSearchParams();
  let filled = path.replace(/^\//, '');
  for (const { name, paramType, required } of parameters) {
    const value = given[name];
    if (value === undefined || value === null) {
      if (required && paramType !== 'body') throw new Error(`ARI parameter ${name} is missing`);
    } else if (paramType === 'path') {
      filled = filled.replace(`{${name}}`, encodeURIComponent(value));
    } else if (paramType === 'query') {
      query.set(name, Array.isArray(value) ? value.join(',') : value);
    }
  }
  const url = new URL(filled, base);
  url.search = query.toString();
  return url;
}

/** ari-client looks in a model for the properties that are channels, playbacks and the like. */
function buildModels(models) {
  return Object.fromEntries(
    Object.entries(models).map(([name, { properties = {} }]) => [
      name,
      {
        properties: Object.entries(properties).map(([property, { type }]) => ({
          name: property,
          dataType: type,
        })),
      },
    ]),
  );
}

module.exports = { buildApi };
