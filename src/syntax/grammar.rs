//! The generated parser. It is private: what leaves the room is the tree.

use pest_derive::Parser;

/// The grammar of `grammar/tokens.pest` and `grammar/plan.pest`.
#[derive(Parser)]
#[grammar = "../grammar/tokens.pest"]
#[grammar = "../grammar/plan.pest"]
pub(super) struct PlanGrammar;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pest::{Parser as _, iterators::Pairs};

    use super::{super::item::sentences, PlanGrammar, Rule};

    const PROSE: &str = include_str!("../../grammar/GRAMMAR.md");
    const RULES: [&str; 2] =
        [include_str!("../../grammar/tokens.pest"), include_str!("../../grammar/plan.pest")];

    /// An example as a whole file, by what stands behind its fence.
    fn whole(kind: &str, example: &str) -> String {
        match kind {
            "item" => format!("keyroll 1\n{example}"),
            "fact" => format!("keyroll 1\nflow f of r {{\n{example}}}\n"),
            "line" => format!("keyroll 1\nstep s by r {{\n{example}}}\n"),
            "phrase" => {
                example.lines().fold("keyroll 1\n".to_owned(), |all, line| format!("{all}promise {line}\n"))
            }
            _ => example.to_owned(),
        }
    }

    fn take(pairs: Pairs<'_, Rule>, seen: &mut BTreeSet<Rule>) -> usize {
        let mut end = 0;
        for pair in pairs {
            end = end.max(pair.as_span().end());
            seen.insert(pair.as_rule());
            take(pair.into_inner(), seen);
        }
        end
    }

    /// The rules that the examples of a page are made of.
    fn shown(page: &str) -> BTreeSet<Rule> {
        let mut seen = BTreeSet::new();
        for block in page.split("```renewal").skip(1) {
            let (kind, rest) = block.split_once('\n').unwrap();
            let text = whole(kind.trim(), &format!("{}\n", rest.split("\n```").next().unwrap()));
            let mut at = take(PlanGrammar::parse(Rule::header_line, &text).unwrap(), &mut seen);
            take(PlanGrammar::parse(Rule::item_lines, &text[at..]).unwrap(), &mut seen);
            if let Ok(line) = PlanGrammar::parse(Rule::known_line, &text[at..]) {
                take(line, &mut seen);
            }
            while let Ok(line) = PlanGrammar::parse(Rule::item_line, &text[at..]) {
                at += take(line, &mut seen);
            }
            take(PlanGrammar::parse(Rule::last_lines, &text[at..]).unwrap(), &mut seen);
        }
        seen
    }

    /// The rules that leave no trace of themselves: those that are silent, and what stands in a text.
    fn silent() -> BTreeSet<String> {
        let rules = RULES.iter().flat_map(|file| file.lines()).filter_map(|line| line.split_once('='));
        let silent = rules.filter(|(_, is)| is.trim_start().starts_with("_{"));
        silent.map(|(name, _)| name.trim().to_owned()).chain(["escape".to_owned()]).collect()
    }

    fn missing(page: &str) -> Vec<String> {
        let (seen, silent) = (shown(page), silent());
        let all = Rule::all_rules().iter().filter(|rule| **rule != Rule::EOI && !seen.contains(rule));
        all.map(|rule| format!("{rule:?}")).filter(|name| !silent.contains(name)).collect()
    }

    #[test]
    fn every_rule_of_the_grammar_has_an_example() {
        let missing = missing(PROSE);
        assert!(missing.is_empty(), "GRAMMAR.md has no example of {missing:?}");
        assert!(PROSE.contains("\\u{e9}"), "and none of `escape`");
    }

    /// Without the example of a sentence its rules are missed.
    #[test]
    fn an_example_that_is_gone_is_missed() {
        for (example, rule) in [
            ("expect refused", "expect"),
            ("may come late", "late"),
            ("two people", "two"),
            ("takes 2h", "takes"),
            ("vocabulary tokens", "vocabulary"),
            ("say \"issue", "saying"),
            ("for each partner where", "each_open"),
            ("table partner", "table"),
        ] {
            let mut rest = PROSE;
            let mut page = String::new();
            while let Some((before, block)) = rest.split_once("```renewal") {
                page.push_str(before);
                let (text, behind) = block.split_once("\n```").unwrap();
                if !text.contains(example) {
                    page.push_str(&format!("```renewal{text}\n```"));
                }
                rest = behind;
            }
            let missing = missing(&page);
            assert!(missing.iter().any(|missed| missed == rule), "{example}: {missing:?}");
        }
    }

    /// Words are told apart by their first letter before they are looked at.
    #[test]
    fn a_word_that_begins_another_line_is_no_verb() {
        // These three begin sentences in places of their own only.
        let others = ["certificate", "group", "type"];
        let items = sentences().map(|(word, ..)| word).filter(|word| !others.contains(word));
        let lines = ["after", "needs", "takes", "waits", "not", "may", "only", "two"];
        for word in items.chain(lines).chain(["keyroll"]) {
            assert!(PlanGrammar::parse(Rule::verb, word).is_err(), "{word}");
            let longer = format!("{word}s");
            assert_eq!(PlanGrammar::parse(Rule::verb, &longer).unwrap().as_str(), longer);
        }
        for word in others.into_iter().chain(["inform", "create", "exchange", "x"]) {
            assert_eq!(PlanGrammar::parse(Rule::verb, word).unwrap().as_str(), word);
        }
    }
}
