import { answerParent } from './answers.js';
import { PROBE } from './probe.js';

// Loaded into the server with --import: it is measured as it is, and answers what it has used.
answerParent(PROBE);
