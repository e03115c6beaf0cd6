import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import { validationError } from '../common/validation.js';

/**
 * Validates what has a schema. Nest's own pipe drops `__proto__`, `constructor` and `prototype` before the schema sees
 * them; here they are unknown fields like any other, and refused. What comes out is what the schema made, never the input.
 */
export class ValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema, data: parameter } = metadata;
    if (!schema || !this.toValidate(metadata)) return value;
    const result = await this.validate<T>(value, schema);
    if (result.issues) throw validationError(result.issues, parameter);
    return result.value;
  }
}
