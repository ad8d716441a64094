//! Plans whose rows have to do with each other: what each of them is refused for, where a row alone is proved and
//! all rows together are not.

/// A plan whose rows are entangled.
pub(super) struct Entangled {
    pub(super) name: &'static str,
    /// What is said in `for each`.
    each: &'static str,
    /// What is said outside of it.
    rest: &'static str,
    /// Lines of the keystore.
    store: &'static str,
    rows: [&'static str; 2],
    /// Of what the finding speaks.
    pub(super) what: &'static str,
    /// Whether some variant of the whole is refused; otherwise the plan is sound, and only cannot be judged by rows.
    pub(super) is_refused: bool,
}

impl Entangled {
    /// The text.
    pub(super) fn text(&self) -> String {
        written(self.rows, (self.each, self.rest, self.store))
    }

    /// The same for a plan with other names around it: its sentences in `for each`, those outside, and lines of the
    /// keystore.
    pub(super) fn within(&self, others: &[(&str, &str)]) -> [String; 3] {
        let said =
            |text: &str| others.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
        [said(self.each), said(self.rest), said(self.store)]
    }
}

/// A plan with some sentences for each row, some for all, and some lines of the keystore.
pub(super) fn written([one, other]: [&str; 2], (each, rest, store): (&str, &str, &str)) -> String {
    format!(
        "keyroll 1\nplan rows\ntable partner {{\n  {one}\n  {other}\n}}\nrole ops\nkey old\nkey new\n\
         keystore vault of ops {{\n  alias \"main\" is old\n{store}}}\nfor each partner {{\n  role admin-$partner\n  \
         ask q-$partner of admin-$partner\n    \"Is it so?\"\n    silence means no\n{each}}}\n{rest}\
         step make by ops {{\n  create new in vault as \"main-next\"\n}}\nstep move by ops {{\n  after make\n  exchange \
         vault[\"main\"] for new\n}}\nfinally vault[\"main\"] is new\n"
    )
}

/// A plan whose rows are isolated.
pub(super) fn isolated() -> String {
    written(
        ["acme", "bolt"],
        (
            r#"  receiver gate-$partner of ops {
    accepts at most 1
  }
  key k-$partner
  step make-$partner by ops {
    create k-$partner in vault as "k-$partner"
  }
  step take-$partner by ops {
    only if q-$partner
    after make-$partner
    accept k-$partner at gate-$partner
  }
  step tell-$partner by ops {
    only if not q-$partner
    inform admin-$partner
  }
  finally gate-$partner accepts k-$partner only if q-$partner
"#,
            "step all by ops {
  after take-$partner for each partner
  after tell-$partner for each partner
  needs gate-$partner accepts k-$partner for each partner only if q-$partner
  inform admin-$partner for each partner
}
",
            "",
        ),
    )
}

const TWO: [&str; 2] = ["acme", "bolt"];

/// One for each thing that isolates rows.
pub(super) const ENTANGLED: &[Entangled] = &[
    Entangled {
        name: "room",
        each: r#"  key k-$partner
  step make-$partner by ops {
    create k-$partner in vault as "k-$partner"
  }
  step take-$partner by ops {
    only if q-$partner
    after make-$partner
    accept k-$partner at hub
  }
  finally hub accepts k-$partner only if q-$partner
"#,
        rest: "receiver hub of ops {
  accepts at most 1
}
",
        store: "",
        rows: TWO,
        what: "`take-acme` is a step of one row, and changes the receiver `hub`, which all rows share",
        is_refused: true,
    },
    Entangled {
        name: "fact",
        each: "  step set-$partner by ops {
    only if q-$partner
    set go
  }
  step clear-$partner by ops {
    only if not q-$partner
    clear go
  }
",
        rest: r#"fact go of ops "It goes"
"#,
        store: "",
        rows: TWO,
        what: "`set-acme` is a step of one row, and changes the fact `go`, which all rows share",
        is_refused: true,
    },
    Entangled {
        name: "window",
        each: "  step agree-$partner by ops {
    only if q-$partner
    agree downtime with admin-$partner
  }
  step tell-$partner by admin-$partner {
    after agree-$partner
    needs downtime open only if q-$partner
    inform ops
  }
",
        rest: "window downtime
",
        store: "",
        rows: TWO,
        what: "`agree-acme` is a step of one row, and changes the window `downtime`, which all rows share",
        is_refused: true,
    },
    Entangled {
        name: "shared_step",
        each: r#"  key k-$partner
  step make-$partner by ops {
    create k-$partner in vault as "k-$partner"
  }
  step swap-$partner by ops {
    after make-$partner
    exchange vault["a-$partner"] for k-$partner
  }
  step tell-$partner by ops {
    only if q-$partner
    inform admin-$partner
  }
  finally vault["a-$partner-backup"] empty
"#,
        rest: "step wipe by ops {
  after swap-$partner for each partner
  destroy old in vault
}
",
        store: r#"  alias "a-$partner" is old for each partner
"#,
        rows: TWO,
        what: "`wipe` is a step of all rows, and changes `vault[\"a-acme-backup\"]`, which is of one row",
        is_refused: true,
    },
    Entangled {
        name: "row_step",
        each: r#"  key k-$partner
  step make-$partner by ops {
    create k-$partner in vault as "k-$partner"
  }
  step swap-$partner by ops {
    after make-$partner
    exchange vault["a-$partner"] for k-$partner
  }
  step wipe-$partner by ops {
    only if q-$partner
    after swap-$partner
    destroy old in vault
  }
  finally vault["a-$partner-backup"] empty only if q-$partner
"#,
        rest: "",
        store: r#"  alias "a-$partner" is old for each partner
"#,
        rows: TWO,
        what: "`wipe-acme` is a step of one row, and changes the key `old`, which all rows share",
        is_refused: true,
    },
    Entangled {
        name: "start",
        each: "  key k-$partner
  step tell-$partner by ops {
    only if q-$partner
    inform admin-$partner
  }
",
        rest: "receiver hub of ops {
  accepts k-$partner for each partner only if q-$partner
  accepts at most 1
}
step put by ops {
  after move
  inform admin-$partner for each partner
}
",
        store: "",
        rows: TWO,
        what: "the receiver `hub` is of all rows, and is not the same in each of them",
        is_refused: true,
    },
    Entangled {
        name: "occasion",
        each: "  step a-$partner by ops {
    only if q-$partner
    after back
    inform admin-$partner
  }
  step b-$partner by ops {
    only if not q-$partner
    after middle
    inform admin-$partner
  }
",
        rest: r#"receiver hub of ops {
  accepts old
  accepts at most 3
}
fact go of ops "It goes"
step take by ops {
  after make
  accept new at hub
}
step back by ops {
  after take
  retire new at hub
}
step middle by ops {
  after a-$partner for each partner
  inform admin-$partner for each partner
}
step drop by ops {
  after b-$partner for each partner
  retire old at hub
}
promise never go set while hub accepts only new
"#,
        store: "",
        rows: TWO,
        what: "whether there is a moment of which this speaks is not told by a row alone",
        is_refused: true,
    },
    Entangled {
        name: "circle",
        each: "  step a-$partner by ops {
    only if q-$partner
    after y
    inform admin-$partner
  }
  step b-$partner by ops {
    only if not q-$partner
    after x
    inform admin-$partner
  }
",
        rest: "step x by ops {
  after a-$partner for each partner
  inform admin-$partner for each partner
}
step y by ops {
  after b-$partner for each partner
  inform admin-$partner for each partner
}
",
        store: "",
        rows: TWO,
        what: "with all rows together these steps may wait for each other",
        is_refused: true,
    },
    Entangled {
        name: "limit",
        each: r#"  flow f-$partner of ops {
    stamps with vault["main"]
    sends to hub
    delivers immediately
    deployed
  }
  promise f-$partner interrupted at most 1h
  step stop-$partner by ops {
    only if q-$partner
    after move
    takes 10m
    undeploy f-$partner
  }
  step slow-$partner by ops {
    only if not q-$partner
    after move
    takes 3h
    inform admin-$partner
  }
  step start-$partner by ops {
    only if q-$partner
    after middle
    takes 10m
    deploy f-$partner
  }
"#,
        rest: "receiver hub of ops {
  accepts old
  accepts new
}
step middle by ops {
  after stop-$partner for each partner
  after slow-$partner for each partner
  inform admin-$partner for each partner
}
",
        store: "",
        rows: TWO,
        what: "`f-acme` is interrupted for 1h at most, and all rows together may take",
        is_refused: true,
    },
    Entangled {
        name: "short_window",
        each: r#"  flow f-$partner of ops {
    stamps with vault["main"]
    sends to hub
    delivers immediately
    deployed
  }
  window w-$partner at most 1h
  promise f-$partner interrupted only in w-$partner
  step agree-$partner by ops {
    only if q-$partner
    takes 5m
    agree w-$partner with admin-$partner
  }
  step stop-$partner by ops {
    only if q-$partner
    after move, agree-$partner
    needs w-$partner open
    takes 10m
    undeploy f-$partner
  }
  step slow-$partner by ops {
    only if not q-$partner
    after move
    takes 3h
    inform admin-$partner
  }
  step start-$partner by ops {
    only if q-$partner
    after middle
    takes 10m
    deploy f-$partner
  }
"#,
        rest: "receiver hub of ops {
  accepts old
  accepts new
}
step middle by ops {
  after stop-$partner for each partner
  after slow-$partner for each partner
  inform admin-$partner for each partner
}
",
        store: "",
        rows: TWO,
        what: "the window `w-acme` is 1h long at most, and all rows together may take",
        is_refused: true,
    },
    Entangled {
        name: "deadline",
        each: "  step a-$partner by ops {
    only if q-$partner
    waits 40d after x
    inform admin-$partner
  }
  step b-$partner by ops {
    only if not q-$partner
    waits 40d after middle
    inform admin-$partner
  }
",
        rest: "step x by ops {
  not before 2026-12-01
  inform admin-$partner for each partner
}
step middle by ops {
  after a-$partner for each partner
  inform admin-$partner for each partner
}
step last by ops {
  after b-$partner for each partner
  not after 2027-01-31
  inform admin-$partner for each partner
}
",
        store: "",
        rows: TWO,
        what: "whether this deadline can be kept is told by the dates of all rows together",
        is_refused: true,
    },
    Entangled {
        name: "alike",
        each: "  step x-$partner by ops {
    only if q-$partner
    inform admin-$partner
  }
  step x-$partner-b by ops {
    only if not q-$partner
    inform admin-$partner
  }
",
        rest: "",
        store: "",
        rows: ["a", "a-b"],
        what: "the step `x-a-b` is declared for several rows under one name",
        is_refused: true,
    },
    Entangled {
        name: "other_row",
        each: "  step x-$partner by ops {
    only if q-$partner
    inform admin-$partner
  }
}
for each partner where partner is bolt {
  step y-$partner by ops {
    after x-acme
    inform admin-$partner
  }
",
        rest: "",
        store: "",
        rows: TWO,
        what: "with `bolt` alone",
        is_refused: false,
    },
    Entangled {
        name: "named",
        each: "  step x-$partner by ops {
    only if q-$partner
    inform admin-$partner
  }
",
        rest: "step y by ops {
  only if not q-acme
  inform admin-$partner for each partner
}
",
        store: "",
        rows: TWO,
        what: "with `bolt` alone, the plan asks no question `q-acme`",
        is_refused: false,
    },
    Entangled {
        name: "course",
        each: "  step x-$partner by ops {
    only if q-$partner
    inform admin-$partner
  }
",
        rest: "promise can always abort
",
        store: "",
        rows: TWO,
        what: "the course of a plan is not judged row by row",
        is_refused: false,
    },
    Entangled {
        name: "late",
        each: r#"  fact f-$partner of ops "Known"
  step x-$partner by ops {
    only if q-$partner
    may come late
    set f-$partner
  }
"#,
        rest: "",
        store: "",
        rows: TWO,
        what: "what may come late is not judged row by row",
        is_refused: false,
    },
];
