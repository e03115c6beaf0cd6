import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An extension point whose extension was stuck, and whether it is switched off. */
@Entity('extension_points')
export class ExtensionPoint {
  @PrimaryColumn({ type: 'text' })
  point!: string;

  @Column({ name: 'off_since', type: 'timestamptz', nullable: true })
  offSince!: Date | null;

  @Column({ name: 'stuck_at', type: 'timestamptz' })
  stuckAt!: Date;
}
