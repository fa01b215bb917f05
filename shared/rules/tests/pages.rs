//! The rules' pages in `docs/rules` say what the rules say.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[test]
fn every_rule_has_a_page_that_is_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    for page in fs::read_dir(&folder).expect("docs/rules") {
        let path = page.expect("a file").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        pages.insert(name, fs::read_to_string(&path).expect("a text"));
    }
    let mut expected: BTreeMap<String, String> =
        rules::rules().map(|rule| (format!("{}.md", rule.slug), rule.to_markdown())).collect();
    expected.insert("README.md".to_owned(), rules::index_in_markdown());
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&pages), names(&expected), "cargo run -p rules --example pages");
    for (name, text) in expected {
        assert_eq!(pages[&name], text, "{name} is out of date: cargo run -p rules --example pages");
    }
}

#[test]
fn every_rule_explains_itself_in_whole_sentences() {
    for rule in rules::rules() {
        assert!(!rule.title.ends_with('.') && rule.title.len() < 110, "{}: {}", rule.slug, rule.title);
        for text in [rule.explanation, rule.remedy] {
            assert!(text.ends_with('.') && !text.contains("  "), "{}: {text}", rule.slug);
        }
    }
}
