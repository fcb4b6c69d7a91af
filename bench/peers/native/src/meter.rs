//! Counts what is taken from the heap, in the allocator's own sizes, while a meter is on.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering::Relaxed};

pub struct Metered;

static ON: AtomicBool = AtomicBool::new(false);
static HELD: AtomicIsize = AtomicIsize::new(0);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

extern "C" {
    fn malloc_usable_size(memory: *mut u8) -> usize;
}

fn took(memory: *mut u8) {
    if ON.load(Relaxed) {
        HELD.fetch_add(unsafe { malloc_usable_size(memory) } as isize, Relaxed);
        ALLOCATIONS.fetch_add(1, Relaxed);
    }
}

fn gives(memory: *mut u8) {
    if ON.load(Relaxed) {
        HELD.fetch_sub(unsafe { malloc_usable_size(memory) } as isize, Relaxed);
    }
}

unsafe impl GlobalAlloc for Metered {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let memory = System.alloc(layout);
        took(memory);
        memory
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        gives(memory);
        System.dealloc(memory, layout)
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        gives(memory);
        let memory = System.realloc(memory, layout, size);
        took(memory);
        memory
    }
}

/// What `make`'s result holds, and how often memory was taken for it.
pub fn measure<T>(make: impl FnOnce() -> T) -> (usize, usize) {
    HELD.store(0, Relaxed);
    ALLOCATIONS.store(0, Relaxed);
    ON.store(true, Relaxed);
    let made = make();
    ON.store(false, Relaxed);
    let result = (HELD.load(Relaxed).max(0) as usize, ALLOCATIONS.load(Relaxed));
    drop(made);
    result
}
