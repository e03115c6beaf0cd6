import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person's account at an identity provider. */
@Entity('external_identities')
export class ExternalIdentityRow {
  @PrimaryColumn({ type: 'text' })
  issuer!: string;

  @PrimaryColumn({ type: 'text' })
  subject!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'staff_id', type: 'uuid' })
  staffId!: string;
}
