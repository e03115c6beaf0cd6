import { createTexts } from '../shared/texts/texts.js';
import type en from './messages/en.js';

export const { TextsProvider, useTexts } = createTexts<typeof en>();
