//! Who is asked is told by mail: at once, once a day, until there is an answer or the time is up.

use std::collections::BTreeSet;

use super::{PLAN, asks, mails, pass, told};
use crate::{commands::trust, notices::servers::Server, runs::Place};

#[test]
fn a_real_server_gets_the_question_once_a_day_until_it_is_answered() {
    let server = Server::of_mail(&[]);
    let place = Place::two_keys();
    place.write("plan.renewal", asks("  answers within 14d\n"));
    let site = format!(
        "{}[roles.receiver_admin]\nnotify = [\"post\"]\nmail = \"partner@example.net\"\n[notices.post]\nkind = \"smtp\"\n\
         host = \"127.0.0.1\"\nport = {}\ntls = \"none-on-loopback\"\nfrom = \"keyroll@example.org\"\n",
        crate::answers::BY_HAND,
        server.port
    );
    place.write("site.toml", site);
    trust(&place.folder);
    place.run().ends(3);
    place.run().ends(3);
    let sent = server.mails();
    assert_eq!(sent.len(), 1, "one a day");
    let mail = &sent[0];
    assert_eq!(mail.to(), ["partner@example.net"]);
    assert_eq!(mail.header("subject"), format!("{PLAN}: holds_two waits for your answer"));
    assert_eq!(
        mail.types(),
        ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"]
    );
    for kind in ["text/plain", "text/html"] {
        let text = mail.part(kind);
        assert!(text.contains("Can you accept two certificates for the same sender at once?"), "{text}");
        assert!(text.contains("no answer by then is taken as no"), "{text}");
        assert!(text.contains("holds_two=yes --as receiver_admin"), "{text}");
    }
    let due: String =
        super::journal(&place).query_row("SELECT due FROM question", [], |row| row.get(0)).unwrap();
    let due: jiff::Timestamp = due.parse().unwrap();
    let starts = format!("DTSTART:{}", due.strftime("%Y%m%dT%H%M%SZ"));
    let calendar = mail.part("text/calendar");
    assert!(calendar.contains(&starts) && calendar.contains("STATUS:CONFIRMED"), "{calendar}");
    place.keyroll("status").ends(0).says("notice (asked) to receiver_admin by post: sent 20");
    pass(&place, 1);
    place.run().ends(3);
    place.run().ends(3);
    let sent = server.mails();
    assert_eq!(sent.len(), 2);
    assert!(sent[1].part("text/plain").contains("(asked before)"));
    // Who has answered is not asked any more, nor told that.
    place.keyroll(&format!("answer {PLAN} holds_two=yes --as receiver_admin")).ends(0);
    pass(&place, 1);
    place.run().ends(3);
    assert_eq!(server.mails().len(), 2);
}

#[test]
fn who_is_silent_is_told_that_it_is_over() {
    let place = told();
    place.run().ends(3);
    pass(&place, 15);
    place.run().ends(3);
    let all = mails(&place);
    assert_eq!(all.len(), 2);
    let over = all.iter().find(|mail| mail.contains("No longer needed")).unwrap();
    assert!(over.contains("STATUS:CANCELLED") && over.contains("METHOD:CANCEL"), "{over}");
    assert!(over.contains("holds_two"), "{over}");
    // The entry is the one that was sent.
    let uid = |mail: &str| mail.split("UID:").nth(1).unwrap()[..60].to_owned();
    assert_eq!(all.iter().map(|mail| uid(mail)).collect::<BTreeSet<_>>().len(), 1);
}

#[test]
fn a_role_gets_all_its_questions_in_one_mail() {
    let place = told();
    let text = asks("  answers within 14d\n");
    let more = "ask may_wait of receiver_admin\n  \"May it wait?\"\n  answers within 14d\n  silence means no\n\nrole tenant_admin ";
    let text = text.replacen("role tenant_admin ", more, 1);
    let needs = "needs partner accepts new only if holds_two";
    let text = text.replace(needs, &format!("{needs} and may_wait\n  {needs} and not may_wait"));
    place.write("plan.renewal", text);
    place.run().ends(3).says("to answer holds_two").says("and may_wait");
    let all = mails(&place);
    assert_eq!(all.len(), 1);
    assert!(all[0].contains("2 questions wait for your answer"), "{}", all[0]);
    assert_eq!(all[0].matches("BEGIN:VEVENT").count(), 2);
    let run = place.keyroll(&format!("answer {PLAN} holds_two=yes may_wait=no --as receiver_admin"));
    run.ends(0).says("`keyroll run` goes on");
}

#[test]
fn called_off_it_is_taken_back() {
    let place = told();
    place.run().ends(3);
    pass(&place, 1);
    place.keyroll("abort --as tenant_admin --person Ada --because later --yes").ends(0);
    place.run().ends(3);
    let all = mails(&place);
    assert!(all.iter().any(|mail| mail.contains("No longer needed")), "{all:?}");
}
