//! From a rule of the grammar to the words that an author would use for it.

use super::grammar::Rule;

/// What a person would have to type where this rule was tried; `None` where naming it helps nobody.
pub(super) fn rule_words(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::own_name | Rule::name => "a name",
        Rule::word | Rule::kind => "a word",
        Rule::fact | Rule::statement => "a sentence",
        Rule::verb | Rule::act => "a verb",
        Rule::text => "a text in quotes",
        Rule::setting => "a parameter like `$name`",
        Rule::number => "a number",
        Rule::duration => "a duration like `4h`",
        Rule::alias => "an alias in brackets",
        Rule::phrase | Rule::subject => "a name or a place like `store[$alias]`",
        Rule::open | Rule::block | Rule::step_block | Rule::table_block | Rule::inner_block => "`{`",
        Rule::close | Rule::each_close => "`}`",
        Rule::close_bracket => "`]`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::equals => "`=`",
        Rule::keyroll_word | Rule::header => "`keyroll`",
        Rule::plan_word | Rule::plan | Rule::inner => "`plan`",
        Rule::param_word | Rule::param => "`param`",
        Rule::role_word | Rule::role => "`role`",
        Rule::group_word | Rule::group => "`group`",
        Rule::key_word | Rule::key => "`key`",
        Rule::keystore_word | Rule::keystore => "`keystore`",
        Rule::receiver_word | Rule::receiver => "`receiver`",
        Rule::flow_word | Rule::flow => "`flow`",
        Rule::window_word | Rule::window => "`window`",
        Rule::fact_word | Rule::own_fact => "`fact`",
        Rule::set_word => "`set`",
        Rule::step_word | Rule::step => "`step`",
        Rule::promise_word | Rule::promise => "`promise`",
        Rule::finally_word | Rule::finally => "`finally`",
        Rule::waive_word | Rule::waive => "`waive`",
        Rule::certificate_word | Rule::issued => "`certificate`",
        Rule::type_word | Rule::typed => "`type`",
        Rule::expect_word | Rule::expect => "`expect`",
        Rule::refused_word => "`refused`",
        Rule::because_word => "`because`",
        Rule::table_word | Rule::table => "`table`",
        Rule::each_word | Rule::every | Rule::each_open => "`for each`",
        Rule::where_word | Rule::only => "`where`",
        Rule::is_word => "`is`",
        Rule::not_word => "`not`",
        Rule::with_word => "`with`",
        Rule::from_word | Rule::table_file => "`from`",
        Rule::binding => "a line like `NAME = VALUE`",
        Rule::column => "a column",
        Rule::row => "a row",
        Rule::source_word | Rule::origin => "`source`",
        Rule::of_word => "`of`",
        Rule::by_word => "`by`",
        Rule::at_most | Rule::upper => "`at most`",
        Rule::at_least | Rule::lower => "`at least`",
        Rule::one_of | Rule::choice => "`one of`",
        Rule::after_word | Rule::after | Rule::inner_after => "`after`",
        Rule::needs_word | Rule::needs => "`needs`",
        Rule::takes_word | Rule::takes => "`takes`",
        Rule::waits_word | Rule::waits => "`waits`",
        Rule::not_before | Rule::earliest => "`not before`",
        Rule::not_after | Rule::latest => "`not after`",
        Rule::date | Rule::day => "a date like `2026-12-01`",
        Rule::may_come_late | Rule::late => "`may come late`",
        Rule::ask_word | Rule::ask => "`ask`",
        Rule::answers_within | Rule::within => "`answers within`",
        Rule::holds_for | Rule::holding => "`holds for`",
        Rule::silence_means | Rule::silence => "`silence means`",
        Rule::only_if_word | Rule::only_if => "`only if`",
        Rule::two_people | Rule::two => "`two people`",
        Rule::to_word => "`to`",
        Rule::vocabulary_word | Rule::vocabulary => "`vocabulary`",
        Rule::version_word | Rule::version => "`version`",
        Rule::use_word | Rule::using => "`use`",
        Rule::kind_word | Rule::kind_of => "`kind`",
        Rule::say_word | Rule::saying => "`say`",
        Rule::for_word => "`for`",
        Rule::eol | Rule::EOI => "the end of the line",
        _ => return None,
    })
}

/// The rules that were tried, as one list: "a name, `by` or the end of the line".
pub(super) fn expected(rules: &[Rule]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for text in rules.iter().filter_map(|rule| rule_words(*rule)) {
        if !words.contains(&text) {
            words.push(text);
        }
    }
    // The end of the line is the least of what could follow, so it is named last.
    words.sort_by_key(|text| *text == "the end of the line");
    if VALUES.iter().all(|value| words.contains(value)) {
        words.retain(|w| !VALUES.contains(w));
        words.insert(0, "a word or value");
    }
    match words.split_last() {
        None => "something else".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// What may go on in any phrase: named one by one it would bury the rest.
const VALUES: [&str; 5] =
    ["a word", "a text in quotes", "a parameter like `$name`", "a number", "a duration like `4h`"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_follow_reads_as_a_list() {
        assert_eq!(expected(&[Rule::by_word]), "`by`");
        assert_eq!(expected(&[Rule::eol, Rule::EOI, Rule::text]), "a text in quotes or the end of the line");
        let phrase =
            [Rule::word, Rule::text, Rule::setting, Rule::number, Rule::duration, Rule::comma, Rule::eol];
        assert_eq!(expected(&phrase), "a word or value, `,` or the end of the line");
        assert_eq!(expected(&[Rule::blank_line]), "something else");
    }
}
