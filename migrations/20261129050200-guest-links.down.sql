DROP TABLE guest_devices;
DROP TABLE guest_links;
