import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A migration that has run, and whether an older version can live with it. */
@Entity('migration_notes')
export class MigrationNote {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  @Column({ name: 'is_additive', type: 'boolean' })
  isAdditive!: boolean;

  @Column({ type: 'text' })
  version!: string;
}
