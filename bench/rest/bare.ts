import express from 'express';

/**
 * What an API costs that does nothing: express, with a route for each that is measured. It
 * tells its parent at which port it listens, and ends with it.
 */
const app = express();
app.disable('x-powered-by');
app.get('/v1/grants', (_request, response) => void response.json({}));
app.post('/v1/grants', (_request, response) => void response.status(201).json({ id: 1 }));
app.delete('/v1/grants/:id', (_request, response) => void response.json({}));
const page =
  '<!doctype html><html lang="en"><title>bare</title><p class="open-grant">nothing</p></html>';
app.get('/', (_request, response) => void response.type('html').send(page));

const server = app.listen(0, '127.0.0.1', () => {
  process.send?.(server.address());
});
process.on('disconnect', () => process.exit(0));
