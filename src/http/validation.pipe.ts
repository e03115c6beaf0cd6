import { StandardSchemaValidationPipe } from '@nestjs/common';
import { validationError } from '../common/validation.js';

/**
 * Validates what has a schema. Nest's own pipe drops `__proto__`, `constructor` and `prototype` before the schema sees
 * them; here they are unknown fields like any other, and refused. What comes out is what the schema made, never the input.
 */
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: validationError });
  }

  protected override stripProtoKeys(): void {
    // nothing is dropped silently
  }
}
