BEGIN TRANSACTION;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "meta" VALUES('schema','1');
CREATE TABLE outbox (
  number  INTEGER PRIMARY KEY,
  run     TEXT NOT NULL REFERENCES run (id),
  id      TEXT NOT NULL,
  command TEXT NOT NULL,
  UNIQUE (run, id)
) STRICT;
CREATE TABLE record (
  run      TEXT NOT NULL REFERENCES run (id),
  position INTEGER NOT NULL,
  body     TEXT NOT NULL,
  digest   TEXT NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "record" VALUES('xml-signature-two-keys-20261123-8b009362',0,'{"at":"2026-11-23T11:01:51.675826676Z","event":"started","plan":"bf74e9fccdcabaad5d2929fa5e043bc2bc1a1980af682f43f859af66a2b54b32","site":"5f688e35c6b1d180a0b1c71b8ea4be11f4a2553fd3e4d4f83ebcc0b4872e5796","certificates":{"old":"-----BEGIN CERTIFICATE-----\nMIIBpjCCAUugAwIBAgIQZJIor8se3oMN0cLEOHeTMDAKBggqhkjOPQQDAjA0MRYw\nFAYDVQQDDA1vcmRlcnMtc2lnbmVyMRowGAYDVQQKDBFrZXlyb2xsIHJlaGVhcnNh\nbDAeFw0yNTEyMjgxMTAxNTFaFw0yNjEyMjgxMTAxNTFaMDQxFjAUBgNVBAMMDW9y\nZGVycy1zaWduZXIxGjAYBgNVBAoMEWtleXJvbGwgcmVoZWFyc2FsMFkwEwYHKoZI\nzj0CAQYIKoZIzj0DAQcDQgAEsnL77D9+bXV/jo3gFmBaWxJveMMCvPo/9piBktuz\nKCFv2oki7PocEPOk5KzQcLyu+9HZaj3P2RGJ988q5XOIAKM/MD0wDAYDVR0TAQH/\nBAIwADAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFHhiTUoXQGXFGgrmCz+LIrHN\nWIpfMAoGCCqGSM49BAMCA0kAMEYCIQDk73GdIsu5ZjSSezajgw8Irc4n2dZGIy9q\nZBkNQRaiFAIhAJDIZ/Taq6moj4ZppITRnbb37UGP5DL+fRlNcEj0FrmP\n-----END CERTIFICATE-----\n"}}','bd081683a487481cf5614d4e919190650c1b3d295e8c925aaf3eae7a6a588d13');
INSERT INTO "record" VALUES('xml-signature-two-keys-20261123-8b009362',1,'{"at":"2026-11-23T11:01:51.685896579Z","event":"begun","step":"create_key","attempt":1}','1f03ebdbed27d10b1db3a5876102318e8635e0f38951d62e4cd77746bb29612d');
INSERT INTO "record" VALUES('xml-signature-two-keys-20261123-8b009362',2,'{"at":"2026-11-23T11:01:51.715396505Z","event":"ended","step":"create_key","attempt":1,"outcome":"changed","certificates":{"new":"-----BEGIN CERTIFICATE-----\nMIIBpTCCAUugAwIBAgIQTXioLmyRs6RrN9OVOeCG7DAKBggqhkjOPQQDAjA0MRYw\nFAYDVQQDDA1vcmRlcnMtc2lnbmVyMRowGAYDVQQKDBFrZXlyb2xsIHJlaGVhcnNh\nbDAeFw0yNjExMjMxMTAxNTFaFw0yNzExMjMxMTAxNTFaMDQxFjAUBgNVBAMMDW9y\nZGVycy1zaWduZXIxGjAYBgNVBAoMEWtleXJvbGwgcmVoZWFyc2FsMFkwEwYHKoZI\nzj0CAQYIKoZIzj0DAQcDQgAE+XmYANiqS/+VFFBWTX/ymcXDwMzdB8Wca2dBnT5G\nIrFIG/mix/cgfBYJFAVj4GPDinQl0lwP7wAnhAuW+vbUyaM/MD0wDAYDVR0TAQH/\nBAIwADAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFFecY0aNqOJEo4iKVM3bV46K\nNibgMAoGCCqGSM49BAMCA0gAMEUCIAqOf+YuFwVmku70smFRi31Mc8OsLsMn95YP\nktsvOUYqAiEA4/dF+LLsmdt6wsiK+WCdRP1sPnslgWSCYeec+OFm+Ps=\n-----END CERTIFICATE-----\n"}}','98716e3b129cf2372ac04de6fd0dfeca5b78cb974c04ae65028af455928dec8a');
INSERT INTO "record" VALUES('xml-signature-two-keys-20261123-8b009362',3,'{"at":"2026-11-23T11:01:51.71681353Z","event":"confirmed","step":"provide_certificate","by":{"role":"tenant_admin","automatic":true}}','1d4f930fd660761eca74695ddfa49fe85a248dc91f962f63943f2e4caae59d1f');
CREATE TABLE run (
  id          TEXT PRIMARY KEY,
  started     TEXT NOT NULL,
  plan_name   TEXT NOT NULL,
  plan_file   TEXT NOT NULL,
  plan_text   TEXT NOT NULL,
  plan_digest TEXT NOT NULL,
  site_digest TEXT NOT NULL,
  parameters  TEXT NOT NULL,
  core        TEXT NOT NULL,
  state       TEXT NOT NULL,
  head        TEXT NOT NULL,
  finished    INTEGER NOT NULL
) STRICT;
INSERT INTO "run" VALUES('xml-signature-two-keys-20261123-8b009362','2026-11-23T11:01:51.661683869Z','xml-signature-two-keys','plan.renewal','keyroll 1

plan xml-signature-two-keys
  "Renew an XML signature key while the receiver trusts the old and the new key"
  source "SAP Cloud Integration: Renewal of Keys for XML Digital Signature Signer - Outbound, first scenario"

param alias    : alias    = "orders-signer"    # the alias that the signer step names
param delivery : duration = 24h                # how long a message may be under way; the source is silent

role tenant_admin   "Tenant administrator"
role receiver_admin "Receiver administrator"

key old                                        # in use today
key new                                        # what this renewal creates

keystore tenant of tenant_admin {
  alias $alias is old
}

receiver partner of receiver_admin {
  accepts old
  accepts at most 2                            # the capability that decides between the two scenarios
}

# The source names no deployment in this scenario. Here the role that owns the flow may undeploy it.
flow orders of tenant_admin {
  signs xml with tenant[$alias]
  sends to partner
  delivers within $delivery
  deployed
}

# 1
step create_key by tenant_admin "Create the new key pair" {
  create new in tenant as "$alias-next"
}

# 2
step provide_certificate by tenant_admin "Provide the new certificate" {
  after create_key
  provide new to receiver_admin
}

# 3
step trust_both by receiver_admin "Verify with the old or the new key" {
  after provide_certificate
  accept new at partner
}

# 4
step confirm_trust by receiver_admin "Report that both keys are verifiable" {
  after trust_both
  inform tenant_admin
}

# 5: the alias stays, and so does the old pair, under "$alias-backup". In the source the old pair is
# gone from here on, and with it the way back.
step exchange_key by tenant_admin "Exchange the key pair under its alias" {
  after confirm_trust
  needs partner accepts new
  exchange tenant[$alias] for new
}

# 6
step announce_exchange by tenant_admin "Report that the key pair is exchanged" {
  after exchange_key
  inform receiver_admin
}

# 7: the source does not wait here. A message that was signed with the old key and is still queued or
# retried would then be rejected. With `delivers immediately` above, nothing is ever under way.
step retire_old by receiver_admin "Remove the old certificate" {
  after announce_exchange
  needs orders drained of old
  retire old at partner
}

promise orders never rejected
promise orders never interrupted

finally partner accepts only new
finally tenant[$alias] is new
','bf74e9fccdcabaad5d2929fa5e043bc2bc1a1980af682f43f859af66a2b54b32','5f688e35c6b1d180a0b1c71b8ea4be11f4a2553fd3e4d4f83ebcc0b4872e5796','{}','0.1.0','{"started":true,"places":{"tenant[\"orders-signer\"]":"old","tenant[\"orders-signer-next\"]":"new"},"accepted":{"partner":["old"]},"deployed":["orders"],"under_way":{"orders":["old"]},"windows":{},"received":[],"steps":{"announce_exchange":{"status":"open","attempts":0},"confirm_trust":{"status":"open","attempts":0},"create_key":{"status":{"done":"changed"},"attempts":1,"begun":"2026-11-23T11:01:51.685896579Z","ended":"2026-11-23T11:01:51.715396505Z"},"exchange_key":{"status":"open","attempts":0},"provide_certificate":{"status":{"done":"changed"},"attempts":1,"begun":"2026-11-23T11:01:51.71681353Z","ended":"2026-11-23T11:01:51.71681353Z"},"retire_old":{"status":"open","attempts":0},"trust_both":{"status":"open","attempts":0}},"certificates":{"new":"-----BEGIN CERTIFICATE-----\nMIIBpTCCAUugAwIBAgIQTXioLmyRs6RrN9OVOeCG7DAKBggqhkjOPQQDAjA0MRYw\nFAYDVQQDDA1vcmRlcnMtc2lnbmVyMRowGAYDVQQKDBFrZXlyb2xsIHJlaGVhcnNh\nbDAeFw0yNjExMjMxMTAxNTFaFw0yNzExMjMxMTAxNTFaMDQxFjAUBgNVBAMMDW9y\nZGVycy1zaWduZXIxGjAYBgNVBAoMEWtleXJvbGwgcmVoZWFyc2FsMFkwEwYHKoZI\nzj0CAQYIKoZIzj0DAQcDQgAE+XmYANiqS/+VFFBWTX/ymcXDwMzdB8Wca2dBnT5G\nIrFIG/mix/cgfBYJFAVj4GPDinQl0lwP7wAnhAuW+vbUyaM/MD0wDAYDVR0TAQH/\nBAIwADAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFFecY0aNqOJEo4iKVM3bV46K\nNibgMAoGCCqGSM49BAMCA0gAMEUCIAqOf+YuFwVmku70smFRi31Mc8OsLsMn95YP\nktsvOUYqAiEA4/dF+LLsmdt6wsiK+WCdRP1sPnslgWSCYeec+OFm+Ps=\n-----END CERTIFICATE-----\n","old":"-----BEGIN CERTIFICATE-----\nMIIBpjCCAUugAwIBAgIQZJIor8se3oMN0cLEOHeTMDAKBggqhkjOPQQDAjA0MRYw\nFAYDVQQDDA1vcmRlcnMtc2lnbmVyMRowGAYDVQQKDBFrZXlyb2xsIHJlaGVhcnNh\nbDAeFw0yNTEyMjgxMTAxNTFaFw0yNjEyMjgxMTAxNTFaMDQxFjAUBgNVBAMMDW9y\nZGVycy1zaWduZXIxGjAYBgNVBAoMEWtleXJvbGwgcmVoZWFyc2FsMFkwEwYHKoZI\nzj0CAQYIKoZIzj0DAQcDQgAEsnL77D9+bXV/jo3gFmBaWxJveMMCvPo/9piBktuz\nKCFv2oki7PocEPOk5KzQcLyu+9HZaj3P2RGJ988q5XOIAKM/MD0wDAYDVR0TAQH/\nBAIwADAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFHhiTUoXQGXFGgrmCz+LIrHN\nWIpfMAoGCCqGSM49BAMCA0kAMEYCIQDk73GdIsu5ZjSSezajgw8Irc4n2dZGIy9q\nZBkNQRaiFAIhAJDIZ/Taq6moj4ZppITRnbb37UGP5DL+fRlNcEj0FrmP\n-----END CERTIFICATE-----\n"},"stopped":[],"broken":[],"now":"2026-11-23T11:01:51.71681353Z"}','1d4f930fd660761eca74695ddfa49fe85a248dc91f962f63943f2e4caae59d1f',0);
COMMIT;
