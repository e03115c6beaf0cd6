import { describe, expect, it } from 'vitest';
import { PROFILES, STATIONS_PER_NURSE, type Profile } from './profiles.js';
import { planWards } from './ward-plan.js';

describe('planWards', () => {
  it.each(Object.values(PROFILES))('makes what $name promises', (profile: Profile) => {
    const wards = planWards(profile);
    const rooms = wards.flatMap((ward) => ward.rooms);
    expect(wards).toHaveLength(profile.departments);
    expect(wards.flatMap((ward) => ward.nurses)).toHaveLength(profile.nurses);
    expect(rooms.flatMap((room) => room.stations)).toHaveLength(profile.nurses * STATIONS_PER_NURSE);
  });

  it('gives every place and person a name of its own', () => {
    const wards = planWards({
      name: 'x',
      nurses: 50,
      departments: 7,
      pressesPerMinute: 1,
      errorBound: 0,
      goals: {},
    });
    const names = wards.flatMap((ward) => [
      ward.dept,
      ward.manager.username,
      ...ward.nurses.map((nurse) => nurse.username),
      ...ward.rooms.flatMap((room) => [room.id, ...room.stations.map((station) => station.id)]),
    ]);
    expect(new Set(names).size).toBe(names.length);
    expect(wards.map((ward) => ward.nurses.length)).toEqual([8, 7, 7, 7, 7, 7, 7]);
  });
});
