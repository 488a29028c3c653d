import type { RequestHandler } from 'express';
import { answerProblem } from './problems.ts';

/** Far more than any client of ours sends. */
export const mostHeaders = 100;

/** Refuses heads that are not whole: a condition that was cut off would be no condition. */
export const wholeHead: RequestHandler = (request, response, next) => {
  if (request.rawHeaders.length / 2 > mostHeaders) {
    response.set('Connection', 'close');
    answerProblem(response, 'headers-too-large', `A request has at most ${mostHeaders} headers.`);
    return;
  }
  // RFC 9112, section 3.2
  if (request.headers.host === undefined && request.httpVersion === '1.1') {
    response.set('Connection', 'close');
    answerProblem(response, 'invalid', 'A request in HTTP/1.1 must have a Host header.');
    return;
  }
  next();
};
