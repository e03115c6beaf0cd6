DROP TABLE call_types, memberships, staff, stations, beds, rooms, departments, facility;
