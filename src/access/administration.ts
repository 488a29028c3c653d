import { auditAdministration, type AuditAdministration } from './administration/audit.ts';
import { callAdministration, type CallAdministration } from './administration/calls.ts';
import {
  credentialAdministration,
  type CredentialAdministration,
} from './administration/credentials.ts';
import { entryAdministration, type EntryAdministration } from './administration/entries.ts';
import { eventAdministration, type EventAdministration } from './administration/events.ts';
import { grantAdministration, type GrantAdministration } from './administration/grants.ts';
import { lockoutAdministration, type LockoutAdministration } from './administration/lockouts.ts';
import { noticeAdministration, type NoticeAdministration } from './administration/notices.ts';
import { opennessAdministration, type OpennessAdministration } from './administration/openness.ts';
import type { AdministrationParts } from './administration/parts.ts';
import { readingsAdministration, type ReadingsAdministration } from './administration/readings.ts';
import { repeatAdministration, type RepeatAdministration } from './administration/repeats.ts';
import { serviceAdministration, type ServiceAdministration } from './administration/services.ts';
import { sessionAdministration, type SessionAdministration } from './administration/sessions.ts';
import { statusAdministration, type StatusAdministration } from './administration/status.ts';
import { tokenAdministration, type TokenAdministration } from './administration/tokens.ts';
import { userAdministration, type UserAdministration } from './administration/users.ts';

export type { AuditCallers, AuditCounts } from './audit/counting.ts';
export type { CallNow, SeenCall } from './administration/calls.ts';
export type { NewSheetResult, NewTotpResult } from './administration/credentials.ts';
export { isLockoutSubject, type SeenLockout } from './administration/lockouts.ts';
export type { SeenNotice } from './administration/notices.ts';
export type { NotMeDone, NotMeSeen } from './notices/not-me.ts';
export type { Openness } from './administration/openness.ts';
export type { AdministrationParts } from './administration/parts.ts';
export type { Following, Happening } from './following.ts';
export type { PageOf } from './paging.ts';
export type { Readings } from './administration/readings.ts';
export type { SeenService } from './administration/services.ts';
export type { Health, Status } from './administration/status.ts';
export type { NewUserResult } from './administration/users.ts';

/** What administrators may do, whichever door they came by. Rejections are AccessError. */
export type Administration = UserAdministration &
  CredentialAdministration &
  LockoutAdministration &
  GrantAdministration &
  EntryAdministration &
  OpennessAdministration &
  TokenAdministration &
  SessionAdministration &
  EventAdministration &
  ServiceAdministration &
  StatusAdministration &
  ReadingsAdministration &
  CallAdministration &
  RepeatAdministration &
  NoticeAdministration &
  AuditAdministration;

export function createAdministration(parts: AdministrationParts): Administration {
  const status = statusAdministration(parts);
  return {
    ...userAdministration(parts),
    ...credentialAdministration(parts),
    ...lockoutAdministration(parts),
    ...grantAdministration(parts),
    ...entryAdministration(parts),
    ...opennessAdministration(parts),
    ...tokenAdministration(parts),
    ...sessionAdministration(parts),
    ...eventAdministration(parts),
    ...serviceAdministration(parts),
    ...status,
    ...readingsAdministration(parts, status.status, status.ready),
    ...callAdministration(parts),
    ...repeatAdministration(parts),
    ...noticeAdministration(parts),
    ...auditAdministration(parts),
  };
}
