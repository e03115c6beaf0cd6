/**
 * Tests of a hospital of one's own: a whole Wardline in the test's process, people and buttons, a clock that can be moved, and the promises of the
 * extension points. For vitest, node:test, and other runners.
 * @packageDocumentation
 */
export { startTestWardline, type TestOptions, type TestWardline } from './start-test-wardline.js';
export type { TestPerson, TestWard } from './test-ward.js';
export type { FirstRun } from './first-run.js';
export type { StationKind } from '../ward/hospital/entities/station.entity.js';
export type { It } from './contracts/support/test-runner.js';
export { backplaneContract } from './contracts/backplane/backplane.contract.js';
export type { BackplaneSubject } from './contracts/backplane/backplane-check.js';
export { dispatchStrategyContract, type DispatchStrategySubject } from './contracts/dispatch-strategy.contract.js';
export { dueWorkContract, type DueWorkSubject } from './contracts/due-work.contract.js';
export { escalationPolicyContract, type EscalationPolicySubject } from './contracts/escalation-policy.contract.js';
export { anEvent, eventConsumerContract, type EventConsumerSubject } from './contracts/event-consumer.contract.js';
export { frameContract, type FrameSubject } from './contracts/frame.contract.js';
export { healthIndicatorContract, type HealthIndicatorSubject } from './contracts/health-indicator.contract.js';
export { identityProviderContract, type IdentityProviderSubject } from './contracts/identity-provider.contract.js';
export { aNotification, notifierContract, type NotifierSubject } from './contracts/notifier.contract.js';
export { retentionRuleContract, type RetentionRuleSubject } from './contracts/retention-rule.contract.js';
export { aStranger, roomAuthorizerContract, type RoomAuthorizerSubject } from './contracts/room-authorizer.contract.js';
export { snapshotPartContract, type SnapshotPartSubject } from './contracts/snapshot-part.contract.js';
export { upgradeGuardContract, type UpgradeGuardSubject, type UpgradeUnderTest } from './contracts/upgrade-guard.contract.js';
