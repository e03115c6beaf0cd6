import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import { validationError } from '../common/values/validation.js';

/**
 * Validates every value with a schema. Nest's own pipe drops `__proto__`, `constructor` and `prototype` before the schema sees
 * them. Here they are unknown fields like any other, and refused. The result is the schema's output, never the input.
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
