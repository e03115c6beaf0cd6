import { defineErrors } from 'wardline';

/** Answered over HTTP and sockets as `ST_JUDE_…`, and published beside Wardline's codes. */
export const errors = defineErrors('st-jude', {
  NOT_IN_CLEANING: { status: 409, retryable: false, meaning: 'Nobody has asked for the bed to be cleaned.' },
  SSO_AWAY: { status: 503, retryable: true, meaning: 'The hospital’s sign-in does not answer.' },
  SSO_REFUSED: { status: 403, retryable: false, meaning: 'The hospital’s sign-in vouches for nobody who works here.' },
});
