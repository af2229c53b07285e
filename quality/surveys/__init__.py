"""What learners say of their lessons: a printable sheet of questions, and the answers as counts."""
