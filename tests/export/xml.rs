//! Looking things up in what was exported.

use roxmltree::{Document, Node};

pub fn of_class<'a>(node: Node<'a, 'a>, class: &'static str) -> Vec<Node<'a, 'a>> {
    let nodes = node.descendants();
    nodes
        .filter(|node| node.attribute("class") == Some(class))
        .collect()
}

pub fn number(node: Node<'_, '_>, name: &str) -> f64 {
    let text = node.attribute(name);
    text.unwrap_or_else(|| panic!("{node:?} has no {name}"))
        .parse()
        .unwrap()
}

pub fn child<'a>(node: Node<'a, 'a>, name: &str) -> Node<'a, 'a> {
    node.children()
        .find(|child| child.has_tag_name(name))
        .unwrap()
}

/// The body of a page, which is XML as we write it.
pub fn body_of(html: &str, look: impl FnOnce(Node<'_, '_>)) {
    assert!(
        html.starts_with("<!DOCTYPE html><html lang=\"en\">"),
        "{}",
        &html[..80]
    );
    let start = html.find("<body>").unwrap();
    let end = html.find("</body>").unwrap() + "</body>".len();
    let document = Document::parse(&html[start..end]).unwrap();
    look(document.root_element());
}
