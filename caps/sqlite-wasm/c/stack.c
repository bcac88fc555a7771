/* The C stack's pointer, which code that suspends has to move (../src/suspension.rs). Rust has no assembly for
   WebAssembly yet. */

__asm__(".globaltype __stack_pointer, i32\n");

void *
stack_pointer(void)
{
    void *pointer;
    __asm__("global.get __stack_pointer\n"
            "local.set %0"
            : "=r"(pointer));
    return pointer;
}

void
set_stack_pointer(void *pointer)
{
    __asm__ volatile("local.get %0\n"
                     "global.set __stack_pointer"
                     :
                     : "r"(pointer));
}
