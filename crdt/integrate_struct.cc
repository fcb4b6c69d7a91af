#include "crdt/integrate_struct.h"

#include "crdt/content.h"
#include "crdt/integrate.h"

namespace ypp::internal {

using codec::StructKind;
using codec::StructView;

namespace {

// A peer that types sends its run character by character, one that appends to a list value by value: what would be joined at the end of the transaction anyway grows the run at once.
bool ContinueLastRun(DocState& doc, const StructView& view, ClientIndex client) {
  const bool joins = view.kind == StructKind::kString || (view.kind == StructKind::kAny && view.canonical);
  if (!joins || !view.has_origin || view.starts_inside_pair ||
      view.origin.client != view.id.client || view.origin.clock + 1 != view.id.clock) {
    return false;
  }
  StructList& structs = doc.clients[client].structs;
  const ItemRef ref = structs[structs.Last()].ref;
  if (ref == ItemRef::kGc) return false;
  Item& run = doc.items[ref];
  if (run.kind != view.kind || run.deleted() || !run.in_sequence()) return false;
  if (run.right_origin.exists() != view.has_right_origin) return false;
  if (view.has_right_origin && doc.clients.Global(run.right_origin) != view.right_origin) return false;
  // Its right neighbour must still be the one it was typed before, or siblings may come between.
  const LocalId right = run.right == ItemRef::kNone ? LocalId() : doc.items[run.right].id;
  if (right != run.right_origin) return false;

  doc.Extend(ref, view.content, static_cast<Clock>(view.length));
  doc.DropCursor(run.parent);
  return true;
}

}  // namespace

void IntegrateStruct(DocState& doc, const StructView& view) {
  const ClientIndex client = doc.clients.Intern(view.id.client);
  if (view.kind == StructKind::kGc) {
    IntegrateGc(doc, client, static_cast<Clock>(view.length));
    return;
  }
  if (!doc.clients[client].structs.empty() && ContinueLastRun(doc, view, client)) return;
  doc.transaction().needs_tidying = true;

  // Of what the document has, hence with a clock of its width.
  const auto local = [&](const Id& id) {
    return LocalId{doc.clients.Find(id.client), static_cast<Clock>(id.clock)};
  };
  Item neighbours;  // only what is known before there is an item
  if (view.has_origin) neighbours.left = doc.ItemEndingAt(local(view.origin));
  if (view.has_right_origin) neighbours.right = doc.ItemStartingAt(local(view.right_origin));
  bool has_parent = neighbours.left != ItemRef::kGc && neighbours.right != ItemRef::kGc;
  if (has_parent) {
    if (view.parent == StructView::Parent::kInherited) {
      const ItemRef from =
          neighbours.left != ItemRef::kNone ? neighbours.left : neighbours.right;
      neighbours.parent = doc.items[from].parent;
      neighbours.key = doc.items[from].key;
    } else {
      if (view.parent == StructView::Parent::kRoot) {
        neighbours.parent = doc.types.FindOrAddRoot(doc.strings.Intern(view.parent_name));
      } else {
        // A collected parent, or one that holds no type (any more), takes what is in it along.
        const ItemRef holder = doc.FindItem(local(view.parent_id));
        has_parent = holder != ItemRef::kGc && doc.items[holder].kind == StructKind::kType;
        if (has_parent) neighbours.parent = doc.items[holder].content;
      }
      if (view.has_parent_sub) neighbours.key = doc.strings.Intern(view.parent_sub);
    }
  }
  if (!has_parent) {
    IntegrateGc(doc, client, static_cast<Clock>(view.length));
    return;
  }
  const ItemRef ref = doc.items.Allocate();
  Item& item = doc.items[ref];
  item = neighbours;
  item.id = {client, static_cast<Clock>(view.id.clock)};
  if (view.has_origin) item.origin = local(view.origin);
  if (view.has_right_origin) item.right_origin = local(view.right_origin);
  StoreContent(doc, view, ref);
  Integrate(doc, ref);
}

}  // namespace ypp::internal
