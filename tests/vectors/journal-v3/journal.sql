BEGIN TRANSACTION;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO meta VALUES('schema','3');
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
INSERT INTO run VALUES('xml-signature-two-keys-20261130-ca434b6f','2026-11-30T13:26:39.998788656Z','xml-signature-two-keys','plan.renewal',replace('keyroll 1\n\nplan xml-signature-two-keys\n  "Renew an XML signature key while the receiver trusts the old and the new key"\n  source "SAP Cloud Integration: Renewal of Keys for XML Digital Signature Signer - Outbound, first scenario"\n\nparam alias    : alias    = "orders-signer"    # the alias that the signer step names\nparam delivery : duration = 24h                # how long a message may be under way; the source is silent\n\nrole tenant_admin   "Tenant administrator"\nrole receiver_admin "Receiver administrator"\n\nkey old                                        # in use today\nkey new                                        # what this renewal creates\n\nkeystore tenant of tenant_admin {\n  alias $alias is old\n}\n\nreceiver partner of receiver_admin {\n  accepts old\n  accepts at most 2                            # the capability that decides between the two scenarios\n}\n\n# The source names no deployment in this scenario. Here the role that owns the flow may undeploy it.\nflow orders of tenant_admin {\n  signs xml with tenant[$alias]\n  sends to partner\n  delivers within $delivery\n  deployed\n}\n\n# 1\nstep create_key by tenant_admin "Create the new key pair" {\n  create new in tenant as "$alias-next"\n}\n\n# 2\nstep provide_certificate by tenant_admin "Provide the new certificate" {\n  after create_key\n  provide new to receiver_admin\n}\n\n# 3\nstep trust_both by receiver_admin "Verify with the old or the new key" {\n  after provide_certificate\n  accept new at partner\n}\n\n# 4\nstep confirm_trust by receiver_admin "Report that both keys are verifiable" {\n  after trust_both\n  inform tenant_admin\n}\n\n# 5: the alias stays, and so does the old pair, under "$alias-backup". In the source the old pair is\n# gone from here on, and with it the way back.\nstep exchange_key by tenant_admin "Exchange the key pair under its alias" {\n  after confirm_trust\n  needs partner accepts new\n  exchange tenant[$alias] for new\n}\n\n# 6\nstep announce_exchange by tenant_admin "Report that the key pair is exchanged" {\n  after exchange_key\n  inform receiver_admin\n}\n\n# 7: the source does not wait here. A message that was signed with the old key and is still queued or\n# retried would then be rejected. With `delivers immediately` above, nothing is ever under way.\nstep retire_old by receiver_admin "Remove the old certificate" {\n  after announce_exchange\n  needs orders drained of old\n  retire old at partner\n}\n\npromise orders never rejected\npromise orders never interrupted\n\nfinally partner accepts only new\nfinally tenant[$alias] is new\n','\n',char(10)),'bf74e9fccdcabaad5d2929fa5e043bc2bc1a1980af682f43f859af66a2b54b32','5f688e35c6b1d180a0b1c71b8ea4be11f4a2553fd3e4d4f83ebcc0b4872e5796','{}','0.1.0','{"started":true,"places":{"tenant[\"orders-signer\"]":"old","tenant[\"orders-signer-next\"]":"new"},"accepted":{"partner":["new","old"]},"deployed":["orders"],"under_way":{"orders":["old"]},"windows":{},"received":[["provide_certificate","receiver_admin"]],"steps":{"announce_exchange":{"status":"open","attempts":0},"confirm_trust":{"status":"open","attempts":0},"create_key":{"status":{"done":"changed"},"attempts":1,"begun":"2026-11-30T13:26:40.019178123Z","ended":"2026-11-30T13:26:40.051186557Z"},"exchange_key":{"status":"open","attempts":0},"provide_certificate":{"status":{"done":"changed"},"attempts":1,"begun":"2026-11-30T13:26:40.055507546Z","ended":"2026-11-30T13:26:40.055507546Z"},"retire_old":{"status":"open","attempts":0},"trust_both":{"status":{"done":"changed"},"attempts":1,"begun":"2026-11-30T13:26:40.176386819Z","ended":"2026-11-30T13:26:40.229613627Z"}},"certificates":{"new":"-----BEGIN CERTIFICATE-----\nMIIBpjCCAUugAwIBAgIQd1Rtw5oVm24WF9WaV1lxpjAKBggqhkjOPQQDAjA0MRYw\nFAYDVQQDDA1vcmRlcnMtc2lnbmVyMRowGAYDVQQKDBFrZXlyb2xsIHJlaGVhcnNh\nbDAeFw0yNjExMzAxMzI2NDBaFw0yNzExMzAxMzI2NDBaMDQxFjAUBgNVBAMMDW9y\nZGVycy1zaWduZXIxGjAYBgNVBAoMEWtleXJvbGwgcmVoZWFyc2FsMFkwEwYHKoZI\nzj0CAQYIKoZIzj0DAQcDQgAEycpHfpQvus4HcsBRdW79JlP4h/KMSRLww4SYAu65\nxKH5XoltRB2wng1nkhpBLjtDAcLV7onLI32vwfmt4e/jCaM/MD0wDAYDVR0TAQH/\nBAIwADAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFDeC2E2sGTGWNWcYuDBOWdPF\nCJeJMAoGCCqGSM49BAMCA0kAMEYCIQCtsTS5tcN6fep3u1/bor12HsWeCiaj5fqe\n8PNoL3eFCAIhAOoKzZdlqg/NXgOcGg2LtC23yJTKK2vefpR634uO/3DM\n-----END CERTIFICATE-----\n","old":"-----BEGIN CERTIFICATE-----\nMIIBpTCCAUugAwIBAgIQUP7r6RsCNLv0fRBlPw2cBjAKBggqhkjOPQQDAjA0MRYw\nFAYDVQQDDA1vcmRlcnMtc2lnbmVyMRowGAYDVQQKDBFrZXlyb2xsIHJlaGVhcnNh\nbDAeFw0yNjAxMDQxMzI2MzlaFw0yNzAxMDQxMzI2MzlaMDQxFjAUBgNVBAMMDW9y\nZGVycy1zaWduZXIxGjAYBgNVBAoMEWtleXJvbGwgcmVoZWFyc2FsMFkwEwYHKoZI\nzj0CAQYIKoZIzj0DAQcDQgAE+/SteiqULP5wEKcCoTv3UuAxcmLADg57c3XPicTe\nmtyImwoX0hRvVrToQn+7+Ywc/WZHLMzKysmCDJYsuNps6aM/MD0wDAYDVR0TAQH/\nBAIwADAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFNrvDClw0rzoFtH+ZlB8cJka\nyEfVMAoGCCqGSM49BAMCA0gAMEUCIQCRocllSISosLfWf+kcqeL7Xo0/Q0w+jvGu\nCjqdnwbDgQIgOrD6vap51yLtEzDRgLa0RWr7ZPrI3Y/YZXB/CFDxnA4=\n-----END CERTIFICATE-----\n"},"stopped":[],"broken":[],"now":"2026-11-30T13:28:29.525089992Z"}','1d3fc71df4df379233c1b732f60bfde7a5295a87f190ea0d9881e5bcc300f415',0);
CREATE TABLE record (
  run      TEXT NOT NULL REFERENCES run (id),
  position INTEGER NOT NULL,
  body     TEXT NOT NULL,
  digest   TEXT NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
INSERT INTO record VALUES('xml-signature-two-keys-20261130-ca434b6f',0,'{"at":"2026-11-30T13:26:40.014386853Z","event":"started","plan":"bf74e9fccdcabaad5d2929fa5e043bc2bc1a1980af682f43f859af66a2b54b32","site":"5f688e35c6b1d180a0b1c71b8ea4be11f4a2553fd3e4d4f83ebcc0b4872e5796","certificates":{"old":"-----BEGIN CERTIFICATE-----\nMIIBpTCCAUugAwIBAgIQUP7r6RsCNLv0fRBlPw2cBjAKBggqhkjOPQQDAjA0MRYw\nFAYDVQQDDA1vcmRlcnMtc2lnbmVyMRowGAYDVQQKDBFrZXlyb2xsIHJlaGVhcnNh\nbDAeFw0yNjAxMDQxMzI2MzlaFw0yNzAxMDQxMzI2MzlaMDQxFjAUBgNVBAMMDW9y\nZGVycy1zaWduZXIxGjAYBgNVBAoMEWtleXJvbGwgcmVoZWFyc2FsMFkwEwYHKoZI\nzj0CAQYIKoZIzj0DAQcDQgAE+/SteiqULP5wEKcCoTv3UuAxcmLADg57c3XPicTe\nmtyImwoX0hRvVrToQn+7+Ywc/WZHLMzKysmCDJYsuNps6aM/MD0wDAYDVR0TAQH/\nBAIwADAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFNrvDClw0rzoFtH+ZlB8cJka\nyEfVMAoGCCqGSM49BAMCA0gAMEUCIQCRocllSISosLfWf+kcqeL7Xo0/Q0w+jvGu\nCjqdnwbDgQIgOrD6vap51yLtEzDRgLa0RWr7ZPrI3Y/YZXB/CFDxnA4=\n-----END CERTIFICATE-----\n"}}','1fb8ac3247a624b5c035a093802e9efa2ba45059771be68441cb876900f8278d');
INSERT INTO record VALUES('xml-signature-two-keys-20261130-ca434b6f',1,'{"at":"2026-11-30T13:26:40.019178123Z","event":"begun","step":"create_key","attempt":1}','7c5b83f7f0f714e06e05838061a19a2bf2f9b25374ae94028f6f798579652e9f');
INSERT INTO record VALUES('xml-signature-two-keys-20261130-ca434b6f',2,'{"at":"2026-11-30T13:26:40.051186557Z","event":"ended","step":"create_key","attempt":1,"outcome":"changed","certificates":{"new":"-----BEGIN CERTIFICATE-----\nMIIBpjCCAUugAwIBAgIQd1Rtw5oVm24WF9WaV1lxpjAKBggqhkjOPQQDAjA0MRYw\nFAYDVQQDDA1vcmRlcnMtc2lnbmVyMRowGAYDVQQKDBFrZXlyb2xsIHJlaGVhcnNh\nbDAeFw0yNjExMzAxMzI2NDBaFw0yNzExMzAxMzI2NDBaMDQxFjAUBgNVBAMMDW9y\nZGVycy1zaWduZXIxGjAYBgNVBAoMEWtleXJvbGwgcmVoZWFyc2FsMFkwEwYHKoZI\nzj0CAQYIKoZIzj0DAQcDQgAEycpHfpQvus4HcsBRdW79JlP4h/KMSRLww4SYAu65\nxKH5XoltRB2wng1nkhpBLjtDAcLV7onLI32vwfmt4e/jCaM/MD0wDAYDVR0TAQH/\nBAIwADAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFDeC2E2sGTGWNWcYuDBOWdPF\nCJeJMAoGCCqGSM49BAMCA0kAMEYCIQCtsTS5tcN6fep3u1/bor12HsWeCiaj5fqe\n8PNoL3eFCAIhAOoKzZdlqg/NXgOcGg2LtC23yJTKK2vefpR634uO/3DM\n-----END CERTIFICATE-----\n"}}','770f467561daf09f86ea743e961cb1525caa174c73f04d02d562886d2fb82e27');
INSERT INTO record VALUES('xml-signature-two-keys-20261130-ca434b6f',3,'{"at":"2026-11-30T13:26:40.055507546Z","event":"confirmed","step":"provide_certificate","by":{"role":"tenant_admin","automatic":true}}','1c0a4394b5e96d1d6e0614964baeff4aa1742cf07b69987cbac35ab527a51bf3');
INSERT INTO record VALUES('xml-signature-two-keys-20261130-ca434b6f',4,'{"at":"2026-11-30T13:26:40.118916328Z","event":"received","step":"provide_certificate","by":{"role":"receiver_admin","automatic":false}}','c5dfa0179b7b5654aba0821800845282cdfabb9d5b436b3ecbc75b5362095e62');
INSERT INTO record VALUES('xml-signature-two-keys-20261130-ca434b6f',5,'{"at":"2026-11-30T13:26:40.176386819Z","event":"begun","step":"trust_both","attempt":1}','4b080685a249a7664bc45f0f7b6acbded318e07e67e7af430480b42eb1a8b9ac');
INSERT INTO record VALUES('xml-signature-two-keys-20261130-ca434b6f',6,'{"at":"2026-11-30T13:26:40.229613627Z","event":"ended","step":"trust_both","attempt":1,"outcome":"changed"}','1c38fefefe17b4816b3ca84bd91c2c962fc96c04402a55572a7bc3c6420aee13');
INSERT INTO record VALUES('xml-signature-two-keys-20261130-ca434b6f',7,'{"at":"2026-11-30T13:26:52.394153435Z","event":"paused","until":"2026-12-10T00:00:00Z","by":{"role":"tenant_admin","person":"A. Person","automatic":false},"because":"the partner is on holiday"}','db5cded5eb786437d87f9f82da6dcb496e0d590b279a5a04bfab546b3469d9f8');
INSERT INTO record VALUES('xml-signature-two-keys-20261130-ca434b6f',8,'{"at":"2026-11-30T13:28:29.525089992Z","event":"resumed","by":{"role":"tenant_admin","person":"A. Person","automatic":false},"because":"they are back"}','1d3fc71df4df379233c1b732f60bfde7a5295a87f190ea0d9881e5bcc300f415');
CREATE TABLE outbox (
  number  INTEGER PRIMARY KEY,
  run     TEXT NOT NULL REFERENCES run (id),
  id      TEXT NOT NULL,
  command TEXT NOT NULL,
  UNIQUE (run, id)
) STRICT;
CREATE TABLE file (
  run  TEXT NOT NULL REFERENCES run (id),
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE notice (
  number  INTEGER PRIMARY KEY,
  run     TEXT NOT NULL,
  id      TEXT NOT NULL UNIQUE,
  key     TEXT NOT NULL,
  kind    TEXT NOT NULL,
  step    TEXT NOT NULL,
  role    TEXT NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  body    TEXT NOT NULL,
  open    INTEGER NOT NULL,
  letter  TEXT
) STRICT;
CREATE TABLE letter (
  id       TEXT PRIMARY KEY,
  channel  TEXT NOT NULL,
  address  TEXT NOT NULL,
  kind     TEXT NOT NULL,
  composed TEXT NOT NULL,
  bodies   TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due      TEXT NOT NULL,
  sent     TEXT,
  fault    TEXT,
  needless INTEGER NOT NULL
) STRICT;
COMMIT;
